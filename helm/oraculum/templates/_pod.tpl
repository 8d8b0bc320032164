{{/* What is mounted, and where: keys, certificates, and a small place to write. */}}

{{- define "oraculum.volumes" -}}
{{- $root := .root -}}
- name: scratch
  emptyDir: {sizeLimit: 64Mi}
- name: keys
  secret:
    secretName: {{ $root.Values.secrets.serviceKeys }}
    defaultMode: 0440
    items:
      - {key: {{ .name }}.pem, path: service.pem}
      - {key: services.jwks.json, path: services.jwks.json}
{{- if eq .name "auth" }}
- name: token
  secret: {secretName: {{ $root.Values.secrets.tokenKey }}, defaultMode: 0440, items: [{key: token.pem, path: token.pem}]}
- name: data-keys
  secret: {secretName: {{ $root.Values.secrets.dataKeys }}, defaultMode: 0440, items: [{key: data.json, path: data.json}]}
{{- with $root.Values.people.lists.configMap }}
- name: lists
  configMap: {name: {{ . }}, defaultMode: 0444}
{{- end }}
{{- end }}
{{- if $root.Values.tls.enabled }}
- name: tls
  secret: {secretName: {{ include "oraculum.name" (dict "root" $root "name" .name) }}-tls, defaultMode: 0440}
{{- end }}
{{- if and (has "postgres" .settings.needs) $root.Values.postgres.caSecret }}
- name: postgres-authority
  secret: {secretName: {{ $root.Values.postgres.caSecret }}, defaultMode: 0444, items: [{key: ca.crt, path: ca.crt}]}
{{- end }}
{{- if and (has "kafka" .settings.needs) (eq $root.Values.kafka.securityProtocol "SSL") }}
- name: kafka
  secret: {secretName: {{ $root.Values.kafka.clientSecret }}, defaultMode: 0440}
{{- end }}
{{- end -}}

{{- define "oraculum.mounts" -}}
{{- $root := .root -}}
- {name: scratch, mountPath: /tmp}
- {name: keys, mountPath: /etc/oraculum/keys, readOnly: true}
{{- if eq .name "auth" }}
- {name: token, mountPath: /etc/oraculum/token, readOnly: true}
- {name: data-keys, mountPath: /etc/oraculum/data, readOnly: true}
{{- if $root.Values.people.lists.configMap }}
- {name: lists, mountPath: /etc/oraculum/lists, readOnly: true}
{{- end }}
{{- end }}
{{- if $root.Values.tls.enabled }}
- {name: tls, mountPath: /etc/oraculum/tls, readOnly: true}
{{- end }}
{{- if and (has "postgres" .settings.needs) $root.Values.postgres.caSecret }}
- {name: postgres-authority, mountPath: /etc/oraculum/postgres, readOnly: true}
{{- end }}
{{- if and (has "kafka" .settings.needs) (eq $root.Values.kafka.securityProtocol "SSL") }}
- {name: kafka, mountPath: /etc/oraculum/kafka, readOnly: true}
{{- end }}
{{- end -}}

{{/* Ready means: the process's own database answers. The kubelet speaks no TLS to a gRPC port, so with mutual TLS the
     same answer is asked on the internal HTTP port, where it is served for Prometheus anyway. */}}
{{- define "oraculum.probe" -}}
{{- if or .settings.public .root.Values.tls.enabled -}}
httpGet: {path: {{ .path }}, port: internal}
{{- else -}}
grpc: {port: {{ include "oraculum.grpcPort" .root }}, service: {{ .service }}}
{{- end -}}
{{- end -}}

{{- define "oraculum.probes" -}}
startupProbe:
  {{- include "oraculum.probe" (dict "root" .root "settings" .settings "path" "/healthz" "service" "liveness") | nindent 2 }}
  periodSeconds: 1
  failureThreshold: 60
readinessProbe:
  {{- include "oraculum.probe" (dict "root" .root "settings" .settings "path" "/readyz" "service" "readiness") | nindent 2 }}
  periodSeconds: 3
  timeoutSeconds: 2
  failureThreshold: 2
livenessProbe:
  {{- include "oraculum.probe" (dict "root" .root "settings" .settings "path" "/healthz" "service" "liveness") | nindent 2 }}
  periodSeconds: 10
  timeoutSeconds: 3
  failureThreshold: 6
{{- end -}}
