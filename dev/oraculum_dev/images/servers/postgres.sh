#!/bin/sh
# As the image of the same name does: an empty volume becomes a server with POSTGRES_DB in it, which is told the scripts of
# /docker-entrypoint-initdb.d before anybody can reach it. A first start that was cut short begins again.
set -eu
scripts=/docker-entrypoint-initdb.d
done_once="$PGDATA/initialised"
if [ ! -e "$done_once" ]; then
  rm -rf "$PGDATA"
  mkdir -p "$PGDATA" && chmod 700 "$PGDATA"
  # Word by word: the variable holds arguments.
  # shellcheck disable=SC2086
  initdb --pgdata "$PGDATA" --username postgres --pwfile "$POSTGRES_PASSWORD_FILE" --auth scram-sha-256 --auth-local trust \
    --encoding UTF8 --no-instructions ${POSTGRES_INITDB_ARGS:-}
  echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
  pg_ctl --pgdata "$PGDATA" --wait --options "-c listen_addresses= -c unix_socket_directories=/tmp" start
  createdb --host /tmp --username postgres "$POSTGRES_DB"
  for script in "$scripts"/*.sql; do
    [ ! -e "$script" ] || psql --host /tmp --username postgres --dbname "$POSTGRES_DB" --set ON_ERROR_STOP=1 --quiet --file "$script"
  done
  pg_ctl --pgdata "$PGDATA" --wait --mode fast stop
  touch "$done_once"
fi
exec "$@" -c "listen_addresses=*" -c unix_socket_directories=/tmp
