# What stands in for apache/kafka:4.3.0 where no registry is reached: the same jars, and a Java that came as a wheel.
ARG BASE
FROM ${BASE}
RUN groupadd --gid 1000 appuser && useradd --uid 1000 --gid 1000 --no-create-home appuser \
    && install --directory --owner 1000 --group 1000 /var/lib/kafka/data
COPY java-runtime /opt/java
COPY libs /opt/kafka/libs
COPY kafka.sh /usr/local/bin/kafka.sh
VOLUME /var/lib/kafka/data
USER 1000:1000
ENTRYPOINT ["kafka.sh"]
