{{/* The environment of a process: the same variables that `make up` sets on a laptop. */}}

{{/* The address of the database, put together by Kubernetes from the secret of the service's own role. */}}
{{- define "oraculum.databaseEnv" -}}
{{- $postgres := .root.Values.postgres -}}
{{- $secret := printf "%s-%s" $postgres.credentialsPrefix .name -}}
- name: DATABASE_USER
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: username}}
- name: DATABASE_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: password}}
- name: DATABASE_URL
  value: {{ printf "postgresql://$(DATABASE_USER):$(DATABASE_PASSWORD)@%s:%v/%s?sslmode=%s%s" (include "oraculum.postgresHost" .root) $postgres.port $postgres.database $postgres.sslMode (ternary "&sslrootcert=/etc/oraculum/postgres/ca.crt" "" (ne $postgres.caSecret "")) | quote }}
{{- end -}}

{{- define "oraculum.kafkaEnv" -}}
- name: KAFKA_BOOTSTRAP_SERVERS
  value: {{ include "oraculum.kafkaBootstrap" .root | quote }}
- name: KAFKA_SECURITY_PROTOCOL
  value: {{ .root.Values.kafka.securityProtocol | quote }}
{{- if eq .root.Values.kafka.securityProtocol "SSL" }}
- {name: KAFKA_CA_FILE, value: /etc/oraculum/kafka/ca.crt}
- {name: KAFKA_CERTIFICATE_FILE, value: /etc/oraculum/kafka/tls.crt}
- {name: KAFKA_KEY_FILE, value: /etc/oraculum/kafka/tls.key}
{{- end }}
{{- end -}}

{{- define "oraculum.redisEnv" -}}
- name: REDIS_URL
{{- if .root.Values.redis.bundled }}
  value: redis://{{ .root.Release.Name }}-valkey:6379/0
{{- else }}
  valueFrom: {secretKeyRef: {name: {{ .root.Values.redis.urlSecret }}, key: url}}
{{- end }}
{{- end -}}

{{/* `dns:///` lets a client see every pod of a headless service; the others are balanced by the Service. */}}
{{- define "oraculum.targetEnv" -}}
{{- $root := .root -}}
{{- range .calls }}
{{- $callee := index $root.Values.services . }}
- name: {{ include "oraculum.variable" . }}_TARGET
  value: {{ printf "%s%s:%s" (ternary "dns:///" "" (default false $callee.headless)) (include "oraculum.name" (dict "root" $root "name" .)) (include "oraculum.grpcPort" $root) }}
{{- end }}
{{- end -}}

{{/* What is asked of people, alike wherever their money moves. */}}
{{- define "oraculum.identityEnv" -}}
{{- with .Values.people.kycFreeDollars }}
- {name: KYC_FREE_DOLLARS, value: {{ . | quote }}}
{{- end }}
{{- with .Values.people.closedJurisdictions }}
- {name: CLOSED_JURISDICTIONS, value: {{ join "," . | quote }}}
{{- end }}
{{- end -}}

{{/* How auth checks people, and lets them in from elsewhere. */}}
{{- define "oraculum.peopleEnv" -}}
{{- $people := .Values.people -}}
- {name: KYC_PROVIDER, value: {{ $people.kyc.provider }}}
- {name: KYC_RETENTION_YEARS, value: {{ $people.kyc.retentionYears | quote }}}
{{- if eq $people.kyc.provider "sumsub" }}
- {name: KYC_LEVEL, value: {{ $people.kyc.level | quote }}}
{{- range $variable, $key := dict "KYC_APP_TOKEN" "appToken" "KYC_APP_SECRET" "appSecret" "KYC_WEBHOOK_SECRET" "webhookSecret" }}
- name: {{ $variable }}
  valueFrom: {secretKeyRef: {name: {{ $people.kyc.secret }}, key: {{ $key }}}}
{{- end }}
{{- end }}
{{- range $variable, $key := dict "JURISDICTION_RULES_FILE" $people.lists.jurisdictions "SANCTIONS_FILE" $people.lists.sanctions "REFUSED_NETWORKS_FILE" $people.lists.networks }}
{{- with $key }}
- {name: {{ $variable }}, value: {{ printf "/etc/oraculum/lists/%s" . | quote }}}
{{- end }}
{{- end }}
{{- if $people.openId }}
{{- $names := list }}
{{- range $people.openId }}{{ $names = append $names .name }}{{ end }}
- {name: OPEN_ID_PROVIDERS, value: {{ join "," $names | quote }}}
{{- range $people.openId }}
{{- $prefix := printf "OPEN_ID_%s" (upper .name) }}
- {name: {{ $prefix }}_DISCOVERY_URL, value: {{ .discoveryUrl | quote }}}
- {name: {{ $prefix }}_CLIENT_ID, value: {{ .clientId | quote }}}
- name: {{ $prefix }}_CLIENT_SECRET
  valueFrom: {secretKeyRef: {name: {{ .secret }}, key: clientSecret}}
{{- end }}
{{- end }}
{{- end -}}

{{- define "oraculum.env" -}}
{{- $root := .root -}}
{{- $settings := .settings -}}
- {name: ORACULUM_ENV, value: {{ $root.Values.environment }}}
- {name: SERVICE_NAME, value: {{ .name }}}
- {name: PUBLIC_URL, value: {{ $root.Values.publicUrl | quote }}}
- {name: INTERNAL_LISTEN, value: "0.0.0.0:{{ include "oraculum.internalPort" $root }}"}
{{- if $settings.public }}
- {name: HTTP_LISTEN, value: "0.0.0.0:{{ include "oraculum.httpPort" $root }}"}
- {name: TRUSTED_PROXIES, value: "1"}
{{- else }}
- {name: GRPC_LISTEN, value: "0.0.0.0:{{ include "oraculum.grpcPort" $root }}"}
{{- end }}
- {name: SERVICE_KEY_FILE, value: /etc/oraculum/keys/service.pem}
- {name: SERVICE_KEYS_FILE, value: /etc/oraculum/keys/services.jwks.json}
{{- if eq .name "auth" }}
- {name: TOKEN_KEY_FILE, value: /etc/oraculum/token/token.pem}
- {name: DATA_KEYS_FILE, value: /etc/oraculum/data/data.json}
{{ include "oraculum.peopleEnv" $root }}
{{- end }}
{{- if has .name (list "wallet" "prediction" "event") }}
{{- include "oraculum.identityEnv" $root }}
{{- end }}
{{- if has "mail" $settings.needs }}
- name: SMTP_URL
  valueFrom: {secretKeyRef: {name: {{ $root.Values.mail.urlSecret }}, key: url}}
- {name: MAIL_FROM, value: {{ $root.Values.mail.from | quote }}}
{{- end }}
{{- if $root.Values.tls.enabled }}
- {name: TLS_CERTIFICATE_FILE, value: /etc/oraculum/tls/tls.crt}
- {name: TLS_KEY_FILE, value: /etc/oraculum/tls/tls.key}
- {name: TLS_AUTHORITY_FILE, value: /etc/oraculum/tls/ca.crt}
{{- end }}
{{- include "oraculum.targetEnv" (dict "root" $root "calls" $settings.calls) }}
{{- if has "postgres" $settings.needs }}
{{ include "oraculum.databaseEnv" . }}
{{- end }}
{{- if has "kafka" $settings.needs }}
{{ include "oraculum.kafkaEnv" . }}
{{- end }}
{{- if has "redis" $settings.needs }}
{{ include "oraculum.redisEnv" . }}
{{- end }}
{{- with $root.Values.observability.otlpEndpoint }}
- {name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ . | quote }}}
- {name: TRACES_SAMPLE_RATIO, value: {{ $root.Values.observability.traceRatio | quote }}}
{{- end }}
- {name: DRAIN_SECONDS, value: {{ $settings.drainSeconds | quote }}}
{{- range $name, $value := $settings.env }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- range $name, $reference := $settings.secretEnv }}
- name: {{ $name }}
  valueFrom: {secretKeyRef: {name: {{ $reference.name }}, key: {{ $reference.key }}}}
{{- end }}
{{- end -}}
