# What stands in for valkey/valkey:9.1-alpine where no registry is reached: the same server, from a wheel.
ARG BASE
FROM ${BASE}
RUN groupadd --gid 999 valkey && useradd --uid 999 --gid 999 --no-create-home valkey \
    && install --directory --owner 999 --group 999 /data
COPY valkey-server valkey-cli /usr/local/bin/
WORKDIR /data
USER 999:999
CMD ["valkey-server"]
