#!/bin/sh
# A cluster on this machine with the whole suite in it: `make kind`. Running it again goes on where it was.
set -eu
cd "$(dirname "$0")/../.."

# The operators, as their projects release them.
CLOUDNATIVE_PG=1.27.1
STRIMZI=0.48.0
NODE=kindest/node:v1.34.0
NAME=oraculum

missing=""
for tool in kind docker kubectl helm; do
  command -v "$tool" > /dev/null || missing="$missing $tool"
done
if [ -n "$missing" ]; then
  echo "make kind needs kind, Docker, kubectl and helm. Missing on this machine:$missing" >&2
  echo "Without them, make cluster-test tries the chart on a control plane of its own, and make up runs the suite." >&2
  exit 1
fi
docker info > /dev/null 2>&1 || { echo "Docker is installed, but its engine does not answer: docker info says why." >&2; exit 1; }

say() { printf '\n== %s\n' "$*"; }
in_cluster() { kubectl --context "kind-$NAME" "$@"; }

say "cluster"
if ! kind get clusters | grep -qx "$NAME"; then
  kind create cluster --name "$NAME" --image "$NODE" --config k8s/kind/cluster.yaml --wait 180s
fi

say "images"
.venv/bin/oraculum images --version dev
for image in auth event prediction wallet market-data notification gateway prepare; do
  kind load docker-image "oraculum/$image:dev" --name "$NAME"
done

say "operators"
in_cluster get namespace "$NAME" > /dev/null 2>&1 || in_cluster create namespace "$NAME"
in_cluster apply --server-side --force-conflicts -f \
  "https://github.com/cloudnative-pg/cloudnative-pg/releases/download/v$CLOUDNATIVE_PG/cnpg-$CLOUDNATIVE_PG.yaml"
in_cluster apply --server-side --force-conflicts -n "$NAME" -f \
  "https://github.com/strimzi/strimzi-kafka-operator/releases/download/$STRIMZI/strimzi-cluster-operator-$STRIMZI.yaml"
# Strimzi's manifests name the namespace that its authors use in their role bindings.
in_cluster get rolebindings,clusterrolebindings -n "$NAME" -o name | grep strimzi | while read -r binding; do
  in_cluster patch "$binding" -n "$NAME" --type json \
    -p "[{\"op\": \"replace\", \"path\": \"/subjects/0/namespace\", \"value\": \"$NAME\"}]"
done
in_cluster wait --for=condition=Available --timeout=300s -n cnpg-system deployment --all
in_cluster wait --for=condition=Available --timeout=300s -n "$NAME" deployment/strimzi-cluster-operator

say "secrets"
# Made once: made again, every session would end.
in_cluster get secret -n "$NAME" oraculum-service-keys > /dev/null 2>&1 || .venv/bin/oraculum secrets | in_cluster apply -f -

say "suite"
helm --kube-context "kind-$NAME" upgrade --install "$NAME" helm/oraculum --namespace "$NAME" \
  --values helm/oraculum/values-kind.yaml --wait --timeout 15m
in_cluster get pods -n "$NAME"

say "next"
echo "kubectl --context kind-$NAME -n $NAME port-forward service/oraculum-gateway 8000:80"
echo "then open http://127.0.0.1:8000/docs; kind delete cluster --name $NAME takes it all away"
