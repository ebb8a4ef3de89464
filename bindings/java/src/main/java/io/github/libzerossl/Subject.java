package io.github.libzerossl;

/** The subject of a CSR besides its CN. */
public final class Subject extends Parameters {
    private Subject(Builder builder) {
        super(builder);
    }

    /** {@return a builder in which nothing is set} */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds a subject. What is not set, or set to null, is left out, except the country. */
    public static final class Builder extends Parameters.Builder {
        private Builder() {}

        /**
         * Two letters (ISO 3166-1); {@code US} by default, and none if the text is empty.
         *
         * @param country the value, or null for the default
         * @return this builder
         */
        public Builder country(String country) {
            set("country", country);
            return this;
        }

        /**
         * The state or province.
         *
         * @param state the value, or null for none
         * @return this builder
         */
        public Builder state(String state) {
            set("state", state);
            return this;
        }

        /**
         * The town.
         *
         * @param locality the value, or null for none
         * @return this builder
         */
        public Builder locality(String locality) {
            set("locality", locality);
            return this;
        }

        /**
         * The organization.
         *
         * @param organization the value, or null for none
         * @return this builder
         */
        public Builder organization(String organization) {
            set("organization", organization);
            return this;
        }

        /**
         * The part of the organization.
         *
         * @param organizationalUnit the value, or null for none
         * @return this builder
         */
        public Builder organizationalUnit(String organizationalUnit) {
            set("organizational_unit", organizationalUnit);
            return this;
        }

        /** {@return the subject} */
        public Subject build() {
            return new Subject(this);
        }
    }
}
