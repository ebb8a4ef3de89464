# The command:
#   docker build --file packaging/docker/zerossl.Dockerfile --tag zerossl .
#   docker run --volume certificates:/etc/zerossl --volume ./zerossl.key:/run/secrets/zerossl.key:ro zerossl renew
FROM rust:1.95.0-alpine3.22@sha256:064dfc925d68d1a63f4fd2871bd7dc6e6ea56692989a487185855d62885d90aa AS build
WORKDIR /source
COPY . .
RUN cargo build --release --locked --package zerossl-cli && strip target/release/zerossl

# Not `scratch`: hooks need a shell.
FROM alpine:3.24.2@sha256:294b683cb724975bec92580e1e685676bd4b50bda910ddb8c51d4cabeaec77e6
COPY --from=build /source/target/release/zerossl /usr/local/bin/zerossl
# A volume takes its owner from the folder below it.
RUN mkdir -p /etc/zerossl && chown 10001:10001 /etc/zerossl
USER 10001:10001
ENV ZEROSSL_ACCESS_KEY_FILE=/run/secrets/zerossl.key
VOLUME /etc/zerossl
ENTRYPOINT ["/usr/local/bin/zerossl"]
CMD ["--help"]
