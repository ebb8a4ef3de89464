<?php
// A tour of libzerossl with PHP's FFI.
//
//     export ZEROSSL_ACCESS_KEY=...
//     php tour.php example.com /var/www/html/.well-known/pki-validation certificates
declare(strict_types=1);

$header = getenv('ZEROSSL_HEADER') ?: '/usr/local/include/zerossl.ffi.h';
$c = FFI::cdef(file_get_contents($header), getenv('ZEROSSL_LIBRARY') ?: 'libzerossl.so.0');
if ($c->zerossl_abi_version() < $c->ZEROSSL_ABI_VERSION) {
    throw new RuntimeException('libzerossl is older than its header');
}

final class ZeroSslError extends RuntimeException
{
    /** @param array $fields as in docs/errors.md */
    public function __construct(public readonly array $fields)
    {
        parent::__construct($fields['message'], $fields['code']);
    }
}

/** A pointer that is freed with the last reference to this object. */
final class Handle
{
    public function __construct(public readonly FFI\CData $pointer, private readonly Closure $free)
    {
    }

    public function __destruct()
    {
        ($this->free)($this->pointer);
    }
}

/** Calls a function whose last parameter is the error. */
function check(string $name, mixed ...$arguments): mixed
{
    global $c;
    $error = $c->new('zerossl_error *');
    $value = $c->{"zerossl_$name"}(...[...$arguments, FFI::addr($error)]);
    if (FFI::isNull($error)) {
        return $value;
    }
    $fields = json_decode($c->zerossl_error_json($error), true);
    $c->zerossl_error_free($error);
    throw new ZeroSslError($fields);
}

function take(FFI\CData $string): array
{
    global $c;
    $text = FFI::string($string);
    $c->zerossl_string_free($string);
    return json_decode($text, true);
}

/** Runs an operation on a thread of the library, and pulls its events. */
function run(Handle $client, string $operation, array $request, ?callable $onEvent = null): array
{
    global $c;
    $op = check('op_start', $client->pointer, $operation, json_encode($request));
    $op = new Handle($op, fn ($pointer) => $c->zerossl_op_free($pointer));
    $event = $c->new('char *');
    while (($found = check('op_next', $op->pointer, 1000, FFI::addr($event))) !== $c->ZEROSSL_DONE) {
        if ($found === $c->ZEROSSL_EVENT && ($json = take($event)) && $onEvent) {
            $onEvent($op->pointer, $json);
        }
    }
    return take(check('op_result', $op->pointer));
}

[, $domain, $folder, $directory, $preflight] = [...$argv, 'warn'];
$client = new Handle(check('client_new', '{}'), fn ($pointer) => $c->zerossl_client_free($pointer));
$list = run($client, 'list_certificates', ['limit' => 10], function ($op, array $event): void {
    foreach ($event['results'] ?? [] as $found) {
        echo "{$found['id']} {$found['status']} {$found['common_name']}\n";
    }
});
echo "{$list['result_count']} certificates\n";
try {
    run($client, 'get_certificate', ['id' => 'unknown']);
} catch (ZeroSslError $error) {
    echo "{$error->fields['kind']} {$error->fields['api_code']} {$error->getMessage()}\n";
}

$request = ['domains' => [$domain], 'directory' => $directory, 'validation' => ['method' => 'HTTP_CSR_HASH']];
$request['preflight'] = $preflight;
try {
    run($client, 'obtain', $request, fn ($op, $event) => $event['type'] !== 'publish' || $c->zerossl_op_cancel($op));
} catch (ZeroSslError $error) {
    echo "{$error->getMessage()}\n"; // the order is kept, and the same call goes on with it
}
$obtained = run($client, 'obtain', $request, function ($op, array $event) use ($folder): void {
    if ($event['type'] === 'progress') {
        echo "{$event['message']}\n";
    } elseif (in_array($event['type'], ['publish', 'cleanup'], true)) {
        $file = "$folder/{$event['file']}";
        $event['type'] === 'publish' ? file_put_contents($file, $event['content']) : unlink($file);
        check('op_reply', $op, json_encode(['id' => $event['id'], 'ok' => true]));
    }
});
echo "{$obtained['outcome']} {$obtained['files']['fullchain']}\n";
