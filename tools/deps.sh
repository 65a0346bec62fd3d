#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Install the Debian packages that build and test Headgate, quietly and only the
# missing ones. No service starts: nginx and the BGP daemons run in the lab's
# namespaces, never on the host itself.
set -eu

build="gcc make libc6-dev pkg-config clang llvm bpftool libbpf-dev libelf-dev
	zlib1g-dev libevent-dev libmnl-dev libjson-c-dev
	libpcap0.8-dev libseccomp-dev"
check="libcmocka-dev clang-format libclang-rt-14-dev iproute2 ethtool procps
	python3 python3-jsonschema python3-yaml pyflakes3 bird2 frr gobgpd exabgp openbgpd
	nginx-light curl bgpdump python3-mrtparse pmacct debhelper fakeroot lintian man-db mandoc systemd prometheus
	zsh bash-completion chromium"

missing=
for package in $build $check; do
	state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || :)
	[ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
	echo "missing packages:$missing" >&2
	echo "run as root: make deps" >&2
	exit 4
fi

# Debian starts a service when it is installed, unless this file exits 101.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	printf '#!/bin/sh\nexit 101\n' >$policy
	chmod 755 $policy
	trap 'rm -f $policy' EXIT
	trap 'exit 130' INT TERM
fi

echo "installing:$missing"
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive
install() {
	# shellcheck disable=SC2086 # one word for each package
	apt-get install -qq -y --no-install-recommends $missing >"$log" 2>&1
}
if ! install && ! { apt-get update -qq >"$log" 2>&1 && install; }; then
	tail -n 20 "$log" >&2
	echo "apt-get could not install:$missing" >&2
	exit 1
fi
rm -f "$log"

# The new services must not start at the next boot, either.
if command -v systemctl >/dev/null; then
	for service in bird frr gobgpd exabgp openbgpd nginx prometheus \
		pmacct:nfacctd pmacct:pmacctd pmacct:sfacctd pmacct:uacctd; do
		case "$missing " in
		*" ${service%:*}"*) systemctl disable -q "${service#*:}" 2>/dev/null || : ;;
		esac
	done
fi
