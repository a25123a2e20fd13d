# syntax=docker/dockerfile:1
#
#   docker build -t pulse .
#   docker run -v "$PWD/run:/status:ro" -v pulse:/var/lib/pulse -p 127.0.0.1:8080:8080 pulse
#
# The volume `pulse` holds the archive: without a name for it a new container begins anew.
#
# With `--build-arg TRAITS=NATS` it can also serve a key of NATS: docs/SCALING.md.
#
# Mount the directory of the status file, never the file alone: a mounted file stays the inode that it was,
# and a writer replaces it at each update.

ARG SWIFT_VERSION=6.3
ARG TRAITS=

FROM swift:${SWIFT_VERSION}-bookworm AS build
ARG TRAITS
RUN apt-get update --quiet=2 \
    && apt-get install --quiet=2 --yes --no-install-recommends libmicrohttpd-dev libsqlite3-dev \
        pkg-config ${TRAITS:+libnats-dev} \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY Package.swift ./
COPY Sources Sources
# Nothing of them is built, but the package names their folders.
COPY Tests Tests
# The Swift runtime goes into the binary, so that the image needs no Swift.
RUN swift build --configuration release --product pulse --static-swift-stdlib ${TRAITS:+--traits $TRAITS} \
    && strip .build/release/pulse

FROM debian:bookworm-slim
ARG TRAITS
RUN apt-get update --quiet=2 \
    && apt-get install --quiet=2 --yes --no-install-recommends libmicrohttpd12 libsqlite3-0 \
        ${TRAITS:+libnats3.4} \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --no-create-home --shell /usr/sbin/nologin pulse \
    && install --directory --owner pulse --mode 700 /var/lib/pulse
COPY --from=build /source/.build/release/pulse /usr/local/bin/pulse
COPY public /usr/local/share/pulse/public
USER pulse
# Inside a container only what is published can be reached: the one who publishes the port decides. Without
# a token everyone who can reach it may read (docs/SECURITY.md).
ENV PULSE_HOST=0.0.0.0 \
    PULSE_PORT=8080 \
    PULSE_STATUS_FILE=/status/status.json \
    PULSE_PUBLIC_DIR=/usr/local/share/pulse/public \
    PULSE_ALLOW_ANONYMOUS=true \
    STATE_DIRECTORY=/var/lib/pulse
EXPOSE 8080
VOLUME /status
VOLUME /var/lib/pulse
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s CMD ["pulse", "healthcheck"]
ENTRYPOINT ["pulse"]
CMD ["serve"]
