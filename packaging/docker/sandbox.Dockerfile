# The sandbox:
#   docker build --file packaging/docker/sandbox.Dockerfile --tag zerossl-sandbox .
#   docker run --publish 127.0.0.1:8080:8080 --publish 127.0.0.1:8081:8081 zerossl-sandbox --quota 90
FROM rust:1.95.0-alpine3.22@sha256:064dfc925d68d1a63f4fd2871bd7dc6e6ea56692989a487185855d62885d90aa AS build
WORKDIR /source
COPY . .
RUN cargo build --release --locked --package zerossl-sandbox && strip target/release/zerossl-sandbox

FROM alpine:3.24.2@sha256:294b683cb724975bec92580e1e685676bd4b50bda910ddb8c51d4cabeaec77e6
COPY --from=build /source/target/release/zerossl-sandbox /usr/local/bin/zerossl-sandbox
USER 10001:10001
EXPOSE 8080 8081
# By the management interface, which neither logs a request of the API nor uses up a fault.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8081/"]
ENTRYPOINT ["/usr/local/bin/zerossl-sandbox", "--allow-remote", "--listen", "0.0.0.0:8080", "--management", "0.0.0.0:8081"]
