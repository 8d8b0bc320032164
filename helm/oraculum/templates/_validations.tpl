{{/* What the schema cannot say: settings that only make sense together. Each refusal says what to do. */}}
{{- define "oraculum.validate" -}}
{{- range $name, $entry := .Values.services }}
{{- range $entry.calls }}
{{- if not (hasKey $.Values.services .) }}
{{- fail (printf "services.%s.calls names %s, which is not a service" $name .) }}
{{- end }}
{{- end }}
{{- end }}
{{- range $name, $_ := .Values.services }}
{{- $settings := include "oraculum.settings" (dict "root" $ "name" $name) | fromJson }}
{{- if lt (int $settings.terminationSeconds) (add $settings.drainSeconds 25) }}
{{- fail (printf "services.%s: terminationSeconds must be 25 more than drainSeconds, or calls and work are cut off at the end" $name) }}
{{- end }}
{{- range $variable, $_ := $settings.secretEnv }}
{{- if hasKey $settings.env $variable }}
{{- fail (printf "services.%s says %s in env and in secretEnv: which one counts?" $name $variable) }}
{{- end }}
{{- end }}
{{- end }}
{{- if and (not .Values.postgres.bundled) (not .Values.postgres.host) }}
{{- fail "postgres.bundled is false: say in postgres.host where the server is" }}
{{- end }}
{{- if and (not .Values.kafka.bundled) (not .Values.kafka.bootstrapServers) }}
{{- fail "kafka.bundled is false: say in kafka.bootstrapServers where the brokers are" }}
{{- end }}
{{- if and (eq .Values.kafka.securityProtocol "SSL") (not .Values.kafka.clientSecret) }}
{{- fail "kafka.securityProtocol is SSL: name in kafka.clientSecret the secret with ca.crt, tls.crt and tls.key" }}
{{- end }}
{{- if and (not .Values.redis.bundled) (not .Values.redis.urlSecret) }}
{{- fail "redis.bundled is false: name in redis.urlSecret the secret with `url`" }}
{{- end }}
{{- with .Values.people }}
{{- if and (eq .kyc.provider "sumsub") (not .kyc.secret) }}
{{- fail "people.kyc.provider is sumsub: name in people.kyc.secret the secret with appToken, appSecret and webhookSecret" }}
{{- end }}
{{- if and (or (eq .kyc.provider "sumsub") .openId) (not $.Values.services.auth.internet) }}
{{- fail "people.kyc.provider and people.openId are outside: set services.auth.internet to true, or auth cannot ask them" }}
{{- end }}
{{- if and (or .lists.jurisdictions .lists.sanctions .lists.networks) (not .lists.configMap) }}
{{- fail "people.lists names files: name in people.lists.configMap the config map that has them" }}
{{- end }}
{{- end }}
{{- if gt (int .Values.kafka.minInsyncReplicas) (int .Values.kafka.replication) }}
{{- fail "kafka.minInsyncReplicas is more than kafka.replication: no record could ever be acknowledged" }}
{{- end }}
{{- if and .Values.postgres.bundled .Values.postgres.backup.enabled (not .Values.postgres.backup.destination) }}
{{- fail "postgres.backup.enabled is true: say in postgres.backup.destination where to" }}
{{- end }}
{{- with .Values.postgres.restore }}
{{- if and .from (or (not $.Values.postgres.backup.destination) (eq .from (default (printf "%s-postgres" $.Release.Name) $.Values.postgres.backup.serverName))) }}
{{- fail "postgres.restore.from needs postgres.backup.destination, and another postgres.backup.serverName than its own: an archive has one writer" }}
{{- end }}
{{- if .at }}
{{- range $name, $_ := $.Values.services }}
{{- $settings := include "oraculum.settings" (dict "root" $ "name" $name) | fromJson }}
{{- if or $settings.autoscaling.enabled (gt (int $settings.replicas) 0) }}
{{- fail (printf "postgres.restore.at is set while %s may run: set defaults.replicas to 0 and defaults.autoscaling.enabled to false until the job is done" $name) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- if and .Values.ingress.enabled (ne (index (urlParse .Values.publicUrl) "hostname") .Values.ingress.host) }}
{{- fail (printf "publicUrl is %s and ingress.host is %s: people who come by the one are refused by cookies and signatures of the other" .Values.publicUrl .Values.ingress.host) }}
{{- end }}
{{- if and .Values.ingress.enabled (eq .Values.ingress.kind "gateway") (not .Values.ingress.gateway.name) }}
{{- fail "ingress.kind is gateway: name the Gateway in ingress.gateway.name" }}
{{- end }}
{{- end -}}
