//! How an operation is written down: what it takes and what it answers is said once, and the Rust type, the table and all
//! that is made from the table (checks, C, Python, pages, schemas) come from there.

/// An object in an answer: its type, and the [`Shape`](crate::Shape) that the reader goes by.
///
/// ```text
/// answer! {
///     /// What it is.
///     pub struct Download: DOWNLOAD {
///         /// The leaf, PEM.
///         certificate: String = Pem.or(&["certificate.crt"]).required();
///         ..extra
///     }
/// }
/// ```
///
/// A field has a type, a [`FieldKind`](crate::FieldKind), and what else the reader has to know of it. `name as "wire"`
/// stands where the name is a word of Rust's. `..extra` keeps fields that this version does not know.
macro_rules! answer {
    (
        $(#[doc = $doc:literal])+
        $(#[in_rust = $more:literal])*
        $(#[derive($($derive:ident),+)])?
        pub struct $name:ident: $shape:ident {
            $(
                $(#[doc = $field_doc:literal])+
                $(#[serde($($serde:tt)+)])?
                $field:ident $(as $wire:literal)?: $type:ty
                    = $kind:ident $(($($of:tt)*))? $(.$how:ident($($with:tt)*))*;
            )*
            $(..$extra:ident)?
        }
    ) => {
        $(#[doc = $doc])+
        $(#[doc = ""] #[doc = $more])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize $(, $($derive),+)?)]
        #[non_exhaustive]
        pub struct $name {
            $(
                $(#[doc = $field_doc])+
                $(#[serde($($serde)+)])?
                $(#[serde(rename = $wire)])?
                pub $field: $type,
            )*
            $(
                /// Fields that this version does not know.
                #[serde(flatten)]
                pub $extra: $crate::answers::Extra,
            )?
        }

        pub(crate) static $shape: $crate::shape::Shape = $crate::shape::Shape::new(
            stringify!($name),
            concat!($($doc),+),
            &[$(
                $crate::shape::Field::new(
                    $crate::declare::name!($field $($wire)?),
                    $crate::shape::FieldKind::$kind $(($($of)*))?,
                    concat!($($field_doc),+),
                )$(.$how($($with)*))*
            ),*],
        );
    };
}

/// An operation: the type of its request, and its line in the table.
///
/// ```text
/// request! {
///     /// What it does.
///     pub struct GetCertificate -> Certificate {
///         required {
///             /// The certificate's id.
///             id: String = Id;
///         }
///         optional {}
///     }
///     OPERATION: get_certificate {
///         source: "ZeroSSL REST API, Get Certificate",
///         answer: &CERTIFICATE,
///         run: Run::Endpoint(Endpoint::get("/certificates/{id}")),
///     }
/// }
/// ```
///
/// A parameter has a type and a [`ParameterKind`](crate::ParameterKind). What is required is what `with` takes; the
/// others
/// are `None` at first. Without `-> Answer` and the last part it is the request alone.
macro_rules! request {
    (
        $(#[doc = $doc:literal])+
        $(#[in_rust = $more:literal])*
        $(#[derive($($derive:ident),+)])?
        pub struct $name:ident {
            required {$(
                $(#[doc = $required_doc:literal])+
                $required:ident: $required_type:ty
                    = $required_kind:ident $(($($required_of:tt)*))? $(.$required_how:ident($($required_with:tt)*))*;
            )*}
            optional {$(
                $(#[doc = $optional_doc:literal])+
                $optional:ident $(as $wire:literal)?: $optional_type:ty
                    = $optional_kind:ident $(($($optional_of:tt)*))? $(.$optional_how:ident($($optional_with:tt)*))*;
            )*}
        }
    ) => {
        $(#[doc = $doc])+
        $(#[doc = ""] #[doc = $more])*
        #[derive(Clone, Debug, serde::Serialize, serde::Deserialize $(, $($derive),+)?)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[doc = $required_doc])+ pub $required: $required_type,)*
            $($(#[doc = $optional_doc])+ $(#[serde(rename = $wire)])? pub $optional: Option<$optional_type>,)*
        }

        impl $name {
            pub(crate) const SUMMARY: &'static str = concat!($($doc),+).trim_ascii();

            pub(crate) const PARAMETERS: &'static [$crate::parameter::Parameter] = &[
                $(
                    $crate::parameter::Parameter::required(
                        stringify!($required),
                        $crate::parameter::ParameterKind::$required_kind $(($($required_of)*))?,
                        concat!($($required_doc),+),
                    )$(.$required_how($($required_with)*))*,
                )*
                $(
                    $crate::parameter::Parameter::optional(
                        $crate::declare::name!($optional $($wire)?),
                        $crate::parameter::ParameterKind::$optional_kind $(($($optional_of)*))?,
                        concat!($($optional_doc),+),
                    )$(.$optional_how($($optional_with)*))*,
                )*
            ];

            /// With what is required.
            #[allow(dead_code, reason = "where nothing is required, the default does")]
            const fn with($($required: $required_type),*) -> Self {
                Self { $($required,)* $($optional: None),* }
            }
        }
    };
    (
        $(#[$($attribute:tt)+])+
        pub struct $name:ident -> $answer:ty { $($parameters:tt)* }
        $operation:ident: $word:ident {
            source: $source:expr,
            answer: $shape:expr,
            run: $run:expr,
        }
    ) => {
        $crate::declare::request! { $(#[$($attribute)+])+ pub struct $name { $($parameters)* } }

        impl $crate::operation::Request for $name {
            type Answer = $answer;
            const OPERATION: &'static $crate::operation::Operation = &$operation;
        }

        pub(crate) static $operation: $crate::operation::Operation = $crate::operation::Operation {
            name: stringify!($word),
            summary: $name::SUMMARY,
            source: $source,
            parameters: $name::PARAMETERS,
            answer: $shape,
            run: $run,
        };
    };
}

/// What a field is called on the wire: like in Rust, unless it is said.
macro_rules! name {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $wire:literal) => {
        $wire
    };
}

pub(crate) use {answer, name, request};
