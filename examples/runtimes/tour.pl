#!/usr/bin/perl
# A tour of libzerossl with FFI::Platypus.
#
#     export ZEROSSL_ACCESS_KEY=...
#     perl tour.pl example.com /var/www/html/.well-known/pki-validation certificates
use v5.28;
use warnings;
use FFI::Platypus 1.00;
use JSON::PP qw(decode_json encode_json);
binmode STDOUT, ':utf8';

use constant ABI_VERSION => 0;    # of the zerossl.h that this was written for
use constant { DONE => 0, EVENT => 1 };

my $ffi = FFI::Platypus->new(api => 1, lib => $ENV{ZEROSSL_LIBRARY} // 'libzerossl.so.0');
$ffi->mangler(sub { "zerossl_$_[0]" });
$ffi->attach(abi_version => [] => 'sint32');
die "libzerossl is older than this program\n" if abi_version() < ABI_VERSION;
# What is freed here is opaque: Platypus would copy a string and lose the pointer.
$ffi->attach(string_free => ['opaque']                              => 'void');
$ffi->attach(error_json  => ['opaque']                              => 'string');
$ffi->attach(error_free  => ['opaque']                              => 'void');
$ffi->attach(client_new  => ['string', 'opaque*']                   => 'opaque');
$ffi->attach(client_free => ['opaque']                              => 'void');
$ffi->attach(op_start    => ['opaque', 'string', 'string', 'opaque*'] => 'opaque');
$ffi->attach(op_next     => ['opaque', 'sint32', 'opaque*', 'opaque*'] => 'sint32');
$ffi->attach(op_reply    => ['opaque', 'string', 'opaque*']         => 'sint32');
$ffi->attach(op_cancel   => ['opaque']                              => 'void');
$ffi->attach(op_result   => ['opaque', 'opaque*']                   => 'opaque');
$ffi->attach(op_free     => ['opaque']                              => 'void');

# A pointer that is freed with the last reference to it.
package Handle {
    sub new { my ($class, $pointer, $free) = @_; return bless { pointer => $pointer, free => $free }, $class }
    sub DESTROY { my ($self) = @_; $self->{free}->($self->{pointer}) }
}

# Calls a function whose last parameter is the error; dies with its fields, a hash as in docs/errors.md.
sub check {
    my ($function, @arguments) = @_;
    my $value = $function->(@arguments, \my $error);
    return $value unless $error;
    my $fields = decode_json(error_json($error));
    error_free($error);
    die $fields;
}

sub take {
    my ($string) = @_;
    my $text = $ffi->cast(opaque => 'string', $string);
    string_free($string);
    return decode_json($text);
}

# Runs an operation on a thread of the library, and pulls its events.
sub run {
    my ($client, $operation, $request, $on_event) = @_;
    my $started = check(\&op_start, $client->{pointer}, $operation, encode_json($request));
    my $op = Handle->new($started, \&op_free);
    while ((my $found = check(\&op_next, $started, 1000, \my $event)) != DONE) {
        $on_event->($started, take($event)) if $found == EVENT;
    }
    return take(check(\&op_result, $started));
}

utf8::decode($_) for @ARGV;
my ($domain, $folder, $directory, $preflight) = @ARGV;
my $client = Handle->new(check(\&client_new, undef), \&client_free);
my $list = run($client, 'list_certificates', { limit => 10 }, sub {
    my ($op, $event) = @_;
    say join ' ', @$_{qw(id status common_name)} for @{ $event->{results} // [] };
});
say "$list->{result_count} certificates";
eval { run($client, 'get_certificate', { id => 'unknown' }, sub { }) };
say "$@->{kind} $@->{api_code} $@->{message}";

my $request = { domains => [$domain], directory => $directory, validation => { method => 'HTTP_CSR_HASH' } };
$request->{preflight} = $preflight // 'warn';
eval { run($client, 'obtain', $request, sub { op_cancel($_[0]) if $_[1]{type} eq 'publish' }) };
say $@->{message};    # the order is kept, and the same call goes on with it
my $obtained = run($client, 'obtain', $request, sub {
    my ($op, $event) = @_;
    say $event->{message} if $event->{type} eq 'progress';
    return unless $event->{type} =~ /^(publish|cleanup)$/;
    my $path = "$folder/$event->{file}";
    if ($event->{type} eq 'publish') {
        open my $file, '>', $path or die "$path: $!";
        print {$file} $event->{content};
        close $file or die "$path: $!";
    }
    else {
        unlink $path or die "$path: $!";
    }
    check(\&op_reply, $op, encode_json({ id => $event->{id}, ok => \1 }));
});
say "$obtained->{outcome} $obtained->{files}{fullchain}";
