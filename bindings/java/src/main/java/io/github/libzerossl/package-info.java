/**
 * A client of ZeroSSL's REST API: {@link io.github.libzerossl.ZeroSsl} has a method for each operation.
 *
 * <p><b>Nothing.</b> In requests and settings, null is the same as what was never set. In answers, texts, numbers,
 * flags and times are null where the service says nothing; lists and maps are empty. An {@code enum} or a time that
 * this version cannot read is null too, and stays in {@code extra} as it came, as do fields that are new.
 *
 * <p><b>JSON of any kind</b>, such as {@code extra}, consists of {@code Map}, {@code List}, {@code String},
 * {@code Long}, {@code Double}, {@code Boolean} and null.
 *
 * <p><b>Threads.</b> Any number of threads may use a client. A call blocks its thread, and a virtual thread that waits
 * holds no thread of the system. An interrupt ends the call with a
 * {@link io.github.libzerossl.CancelledException} within 0.2 s; the thread stays interrupted.
 *
 * <p>Records of answers may get more components in later versions.
 */
package io.github.libzerossl;
