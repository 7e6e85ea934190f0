#!/bin/sh
# One line per run goes to COUNT_FILE. What it answers is set by the provider's env, or by the last part of the image.
me=${0##*/}
echo "$me" >> "${COUNT_FILE:-/dev/null}"
in=$(cat)
get() { printf %s "$in" | sed -n 's/.*"'"$1"'":"\([^"]*\)".*/\1/p'; }
image=$(get image); token=$(get serviceAccountToken)
n=$(grep -c "^$me\$" "${COUNT_FILE:-/dev/null}")
[ -n "$DELAY" ] && sleep "$DELAY"
if [ -n "$FAIL" ] || { [ -n "$FAIL_FIRST" ] && [ "$n" -le "$FAIL_FIRST" ]; }; then echo "$me: no luck" >&2; exit 1; fi
type=${KEYTYPE:-Registry}
case ${image##*/} in image*) type=Image;; registry*) type=Registry;; global*) type=Global;; esac
duration=${DURATION-'"cacheDuration":"1h",'}
user=${USERNAME:-$me-$n}
pass=${PASSWORD:-p}; [ "$pass" = TOKEN ] && pass=$token
printf '{"kind":"CredentialProviderResponse","apiVersion":"%s","cacheKeyType":"%s",%s"auth":{' "${API:-credentialprovider.kubelet.k8s.io/v1}" "$type" "$duration"
sep=; for k in ${AUTHKEYS-${image%%/*}}; do printf '%s"%s":{"username":"%s","password":"%s"}' "$sep" "$k" "$user${KEYED:+ $k}" "$pass"; sep=,; done
printf '}}\n'
