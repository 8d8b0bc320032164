#!/bin/sh
# As the image of the same name does: KAFKA_LOG_DIRS becomes log.dirs, and so on; then the folder is formatted once.
set -eu
settings=/tmp/server.properties
env | sed -n 's/^KAFKA_//p' | grep -v '^HEAP_OPTS=' | while IFS='=' read -r name value; do
  printf '%s=%s\n' "$(printf '%s' "$name" | tr 'A-Z_' 'a-z.')" "$value"
done > "$settings"
export CLASSPATH='/opt/kafka/libs/*'
export JDK_JAVA_OPTIONS="${KAFKA_HEAP_OPTS:-} -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
/opt/java/bin/java kafka.tools.StorageTool format --ignore-formatted --cluster-id="$CLUSTER_ID" -c "$settings"
exec /opt/java/bin/java kafka.Kafka "$settings"
