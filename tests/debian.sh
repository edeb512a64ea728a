#!/bin/sh
# Install the named Debian packages that are missing, where we are root; say what to do where we are not.
missing=""
for package in "$@"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" -ne 0 ]; then
  echo "Missing Debian packages; install them and run again:  sudo apt-get install$missing" >&2
  exit 1
fi
echo "Installing from Debian:$missing"
apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends -y $missing >/dev/null
