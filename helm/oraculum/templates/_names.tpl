{{/* Names and labels. Every object of a service carries the same three selector labels, for ever. */}}

{{- define "oraculum.name" -}}
{{- printf "%s-%s" .root.Release.Name .name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "oraculum.selector" -}}
app.kubernetes.io/name: oraculum
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end -}}

{{- define "oraculum.labels" -}}
{{ include "oraculum.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: oraculum
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{/* One service's settings: the defaults, and its own entry on top. A new dict each time; values stay as they are. */}}
{{- define "oraculum.settings" -}}
{{- $own := index .root.Values.services .name -}}
{{- mustMergeOverwrite (deepCopy .root.Values.defaults) (deepCopy $own) | toJson -}}
{{- end -}}

{{- define "oraculum.image" -}}
{{- $image := .root.Values.image -}}
{{- $path := list $image.registry $image.repository .image | compact | join "/" -}}
{{- printf "%s:%s" $path ($image.tag | default .root.Chart.AppVersion) -}}
{{- end -}}

{{- define "oraculum.variable" -}}
{{- . | upper | replace "-" "_" -}}
{{- end -}}

{{/* Ports are the same for all: what listens is told apart by its name, never by its number. */}}
{{- define "oraculum.grpcPort" -}}9000{{- end -}}
{{- define "oraculum.httpPort" -}}8080{{- end -}}
{{- define "oraculum.internalPort" -}}9090{{- end -}}

{{/* As many as all processes together may open while one of each is replaced: a pool, and what listens and leads beside it. */}}
{{- define "oraculum.connections" -}}
{{- $sum := 30 -}}
{{- range $name, $_ := .Values.services -}}
{{- $settings := include "oraculum.settings" (dict "root" $ "name" $name) | fromJson -}}
{{- if has "postgres" $settings.needs -}}
{{- $pool := int (index $settings.env "DATABASE_POOL_MAX" | default 8) -}}
{{- $sum = add $sum (mul (add1 (max $settings.replicas $settings.autoscaling.maxReplicas)) (add $pool 4)) -}}
{{- end -}}
{{- end -}}
{{- $sum -}}
{{- end -}}

{{- define "oraculum.postgresHost" -}}
{{- if .Values.postgres.bundled -}}{{ .Release.Name }}-postgres-rw{{- else -}}{{ .Values.postgres.host }}{{- end -}}
{{- end -}}

{{- define "oraculum.kafkaBootstrap" -}}
{{- if .Values.kafka.bundled -}}{{ .Release.Name }}-kafka-kafka-bootstrap:9092{{- else -}}{{ .Values.kafka.bootstrapServers }}{{- end -}}
{{- end -}}

{{- define "oraculum.issuer" -}}
{{- if .Values.tls.issuer.name -}}
kind: {{ .Values.tls.issuer.kind }}
name: {{ .Values.tls.issuer.name }}
{{- else -}}
kind: Issuer
name: {{ .Release.Name }}-authority
{{- end -}}
{{- end -}}

{{/* The restricted level of the pod security standards, and a little more. */}}
{{- define "oraculum.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "oraculum.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}
