-- What a PostgreSQL server holds before Oraculum's first migration: a role and a schema for each service, which it owns
-- alone. For a server of your own run it once in the database, as its owner, and give each role a password.
revoke all on schema public from public;
{{- range $name, $entry := .Values.services }}
{{- if has "postgres" $entry.needs }}
{{- $schema := replace "-" "_" $name }}
create role oraculum_{{ $schema }} login;
alter role oraculum_{{ $schema }} set search_path = {{ $schema }};
create schema {{ $schema }} authorization oraculum_{{ $schema }};
{{- end }}
{{- end }}
