#!/bin/sh
# A hook that publishes records with dynamic updates: nsupdate.sh present|cleanup NAME TARGET
# The zone is in ZONE, its server in DNS_SERVER and DNS_PORT.
set -eu
case $1 in
present) change="update add $2. 60 CNAME $3" ;;
cleanup) change="update delete $2. CNAME" ;;
*) exit 2 ;;
esac
nsupdate -t 10 <<END
server $DNS_SERVER $DNS_PORT
zone $ZONE
$change
send
END
