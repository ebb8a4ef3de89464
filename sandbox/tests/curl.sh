#!/bin/sh
# Every operation with curl and openssl, as a user would call it.
#
# SANDBOX, MANAGEMENT: the base URLs; ACCESS_KEY: the key. Files are written to
# the current folder.
set -eu

fail() {
    echo "$1: $2" >&2
    exit 1
}

# A GET, and a POST of form fields, with the key in the query.
get() {
    curl --silent --show-error --get --data-urlencode "access_key=$ACCESS_KEY" "$SANDBOX$1"
}

post() {
    path=$1
    shift
    curl --silent --show-error --request POST "$@" "$SANDBOX$path?access_key=$ACCESS_KEY"
}

manage() {
    curl --silent --show-error --fail "$MANAGEMENT$1" ${2:+--data "$2"}
}

# The value of a member of an answer, with its slashes unescaped.
member() {
    printf '%s' "$2" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" | sed 's,\\/,/,g'
}

# An answer that has to hold a text.
holds() {
    case $2 in
    *"$1"*) ;;
    *) fail "expected $1" "$2" ;;
    esac
}

request() {
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" \
        -subj "/CN=$1" -out "$1.csr" 2>/dev/null
}

create() {
    request "$1"
    post /certificates --data-urlencode "certificate_domains=$1" \
        --data-urlencode "certificate_csr@$1.csr" --data strict_domains=1
}

# Checks a request.
request example.com
answer=$(post /validation/csr --form "csr=<example.com.csr")
holds '"valid":true' "$answer"

# An order that is shown by a record, and issued.
order=$(create example.com)
holds '"status":"draft"' "$order"
id=$(member id "$order")
name=$(member cname_validation_p1 "$order")
target=$(member cname_validation_p2 "$order")
manage /records "{\"name\": \"$name\", \"type\": \"CNAME\", \"value\": \"$target\"}" >/dev/null
holds '"status":"pending_validation"' "$(post "/certificates/$id/challenges" --data validation_method=CNAME_CSR_HASH)"
holds '"status":"issued"' "$(get "/certificates/$id")"
holds '"total_count":1' "$(get /certificates)"

# Its files.
holds 'BEGIN CERTIFICATE' "$(get "/certificates/$id/download/return")"
get "/certificates/$id/download" >certificate.zip
holds PK "$(head -c 2 certificate.zip)"
get "/certificates/$id/download/pem" >fullchain.pem
manage /roots >roots.pem
openssl verify -CAfile roots.pem -untrusted fullchain.pem fullchain.pem >/dev/null

# One that is shown by mail.
order=$(create example.net)
mail_id=$(member id "$order")
post "/certificates/$mail_id/challenges" --data validation_method=EMAIL \
    --data validation_email=admin@example.net >/dev/null
holds '"validation_completed":0' "$(get "/certificates/$mail_id/status")"
holds '"success":1' "$(post "/certificates/$mail_id/challenges/email")"
token=$(manage /mails | sed 's/.*"token":"\([^"]*\)".*/\1/')
manage "/mails/$token/answer" >/dev/null
holds '"validation_completed":1' "$(get "/certificates/$mail_id/status")"

# One that is given up, with the key in the header and the body as JSON.
request example.org
csr=$(awk '{printf "%s\\n", $0}' example.org.csr)
order=$(curl --silent --show-error --header "Authorization: ApiKey $ACCESS_KEY" \
    --header 'Content-Type: application/json' \
    --data "{\"certificate_domains\": \"example.org\", \"certificate_csr\": \"$csr\"}" "$SANDBOX/certificates")
id_of_draft=$(member id "$order")
holds '"success":1' "$(post "/certificates/$id_of_draft/cancel")"
holds certificate_cannot_be_deleted "$(curl --silent --request DELETE "$SANDBOX/certificates/$id_of_draft?access_key=$ACCESS_KEY")"

# Revoked, and on the list.
holds '"success":1' "$(post "/certificates/$id/revoke" --data reason=Superseded)"
manage /crl >crl.pem
if openssl verify -crl_check -CRLfile crl.pem -CAfile roots.pem -untrusted fullchain.pem fullchain.pem >verified.txt 2>&1; then
    fail 'a revoked certificate was accepted' "$(cat verified.txt)"
fi
holds revoked "$(cat verified.txt)"

# For ACME clients, and about the CA.
holds eab_hmac_key "$(post /acme/eab-credentials)"
holds eab_hmac_key "$(curl --silent --data email=someone@example.com "$SANDBOX/acme/eab-credentials-email")"
holds next_cursor "$(get /ca_certificates)"
holds '"encryption_algorithm":"RSA"' "$(get /ca_certificates/2)"
holds 'bundle_full.crt' "$(get /ca_certificates/1/download/json)"
echo done
