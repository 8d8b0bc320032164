# One image for each process; `make images` says which: docker build -t oraculum/wallet --build-arg SERVICE=wallet
#     --build-arg PACKAGE=services/wallet --build-arg MODULE=oraculum_wallet .
# `make images` builds them all, and `prepare` beside them, which brings schemas and topics up to date before others start.
# BASE is any Debian with Python 3.11; `make images BASE=local` makes one without a registry.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
ARG SERVICE
ARG PACKAGE
ARG MODULE
# The base's own certificates are trusted: an organisation that inspects its traffic adds its authority there.
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 \
    PIP_CERT=/etc/ssl/certs/ca-certificates.crt SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
WORKDIR /source
# Wheels come with symbols for debuggers, a tenth of an image. The local base has the program already.
RUN command -v strip > /dev/null || { apt-get update -qq && apt-get install -qq --no-install-recommends binutils; }
# What changes least comes first, so that a change of code does not install the world anew.
COPY requirements/bootstrap.txt requirements/builder.txt requirements/
RUN python3 -m venv /builder \
    && /builder/bin/pip install --quiet --require-hashes -r requirements/bootstrap.txt \
    && /builder/bin/uv pip install --quiet --python /builder/bin/python --require-hashes -r requirements/builder.txt \
    && python3 -m venv --without-pip /app
COPY requirements/images/${SERVICE}.txt requirements/image.txt
RUN /builder/bin/uv pip install --quiet --python /app/bin/python --require-hashes -r requirements/image.txt
COPY protos protos
COPY libs libs
COPY services services
COPY gateway gateway
COPY dev dev
# Built by the builder's environment into the one that serves: nothing that builds stays in it, nor sources of what is
# compiled. Only `prepare` keeps dbmate.
RUN site="$(/app/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
    && /builder/bin/uv pip install --quiet --python /builder/bin/python --no-deps --no-build-isolation --target "$site" \
      ./protos ./libs/kit ./libs/money $(test "${PACKAGE}" = libs/kit || echo "./${PACKAGE}") \
    && find "$site" \( -name '*.c' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.pyi' -o -name '*.h' \) -delete \
    && find "$site" -type d \( -name tests -o -name test -o -name SelfTest \) -prune -exec rm -rf {} + \
    # Of the countries' tables that come with geoip2fast auth reads one.
    && find "$site" -path '*/geoip2fast/*' -name '*.dat.gz' -not -name geoip2fast-ipv6.dat.gz -delete \
    && rm -rf /app/include \
    # Those in *.libs were rewritten when their wheel was made and do not survive it.
    && find "$site" -name '*.so' -not -path '*.libs/*' -exec strip --strip-unneeded {} + \
    && if [ "${SERVICE}" = prepare ]; then \
         mkdir /app/topics && cp protos/topics/*.yaml /app/topics/; \
         for service in services/*; do \
           mkdir -p "/app/migrations/$(basename "$service")"; \
           cp "$service"/migrations/*.sql "/app/migrations/$(basename "$service")/"; \
         done; \
         # It migrates and makes topics, and serves nobody.
         rm -rf "$site"/uvloop "$site"/grpc_health "$site"/grpc_reflection; \
       else rm /app/bin/dbmate; fi \
    && printf '#!/bin/sh\nexec /app/bin/python -m %s "$@"\n' "${MODULE}" > /app/bin/serve \
    && chmod 755 /app/bin/serve \
    # Whatever was taken away above, what runs here must still be importable.
    && cd / && env -i /app/bin/python -c "import importlib; importlib.import_module('${MODULE}' + ('.__main__' if '${SERVICE}' != 'prepare' else ''))"

# The base without what a serving process never needs: no package manager and what it links, no perl, no second set of encodings,
# no tools for disks, accounts and terminals, no time zones but those of the tzdata wheel.
FROM ${BASE} AS bare
RUN cd /usr/bin && find . -maxdepth 1 -not -type d -not -name 'python3*' -not -name sh -not -name dash -not -name env \
      -not -name cat -not -name ls -not -name rm -not -name find -delete; \
    rm -rf /usr/sbin/* /usr/libexec/* /usr/share/zoneinfo /usr/share/bash-completion /usr/share/keyrings /usr/share/lintian \
      /usr/lib/*-linux-gnu/libgnutls.* /usr/lib/*-linux-gnu/libp11-kit.* /usr/lib/*-linux-gnu/libunistring.* \
      /usr/lib/*-linux-gnu/libdb-* /usr/lib/*-linux-gnu/libgcrypt.* /usr/lib/*-linux-gnu/libsystemd.* \
      /usr/lib/*-linux-gnu/libext2fs.* /usr/lib/*-linux-gnu/libsepol.* /usr/lib/*-linux-gnu/libsemanage.* \
      /usr/lib/*-linux-gnu/libbfd* /usr/lib/*-linux-gnu/libopcodes* /usr/lib/*-linux-gnu/libctf* /usr/lib/*-linux-gnu/libgprof* \
      /usr/lib/*-linux-gnu/libsframe* /usr/lib/*-linux-gnu/gprofng /usr/lib/*-linux-gnu/ldscripts /usr/lib/*-linux-gnu/security \
      /usr/lib/*-linux-gnu/libkrb5* /usr/lib/*-linux-gnu/libgssapi* /usr/lib/*-linux-gnu/libmvec* \
      /usr/lib/python3.11/distutils /usr/lib/python3.11/idlelib /usr/lib/python3.11/tkinter; \
    rm -rf /var/lib/apt /var/cache/* /usr/bin/perl* /usr/bin/apt* /usr/lib/apt /usr/lib/*-linux-gnu/perl-base \
      /usr/lib/*-linux-gnu/libapt-p* /usr/lib/*-linux-gnu/gconv /usr/share/doc /usr/share/man /usr/share/locale \
      /usr/share/info /usr/share/perl5 /usr/share/python-wheels /usr/lib/python3.11/ensurepip \
      /usr/lib/python3.11/lib2to3 /usr/lib/python3.11/pydoc_data /usr/lib/python3.11/test \
      /usr/local/lib/python3.11/ensurepip /usr/local/lib/python3.11/lib2to3 /usr/local/lib/python3.11/pydoc_data \
      /usr/local/lib/python3.11/test /usr/local/lib/python3.11/site-packages/pip*

FROM scratch
ARG SERVICE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="oraculum/${SERVICE}" \
      org.opencontainers.image.description="One process of Oraculum, the prediction-market platform." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=bare / /
COPY --from=build /app /app
ENV PATH=/app/bin:/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=2 SERVICE_NAME=${SERVICE}
# A number, so that Kubernetes can see that it is not root.
USER 10001:10001
WORKDIR /app
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 CMD ["/app/bin/python", "-m", "oraculum_kit.probe"]
ENTRYPOINT ["/app/bin/serve"]
