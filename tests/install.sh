#!/usr/bin/env bash
# install.sh into an empty folder: install, upgrade, remove; the installed executable with the installed configuration; the
# unit by systemd's own judgement. Touches nothing outside of the folder.
#   tests/install.sh target/debug/parlour
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
binary=$(realpath "${1:?the executable to install}")
folder=$(mktemp -d)
root=$folder/root
server=""
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$folder"' EXIT
passed=0 failed=0

holds() { # what is said to hold, the command that shows it
  local what=$1 && shift
  if "$@" >"$folder/said" 2>&1; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED: %s\n' "$what"
    sed 's/^/  /' "$folder/said"
  fi
}
ends_with() { # status, words, command
  local status=$1 words=$2 && shift 2
  "$@" >"$folder/out" 2>&1
  local result=$?
  cat "$folder/out"
  [ "$result" -eq "$status" ] && grep -qF -- "$words" "$folder/out"
}
says() { ends_with 0 "$@"; } # words, command
mode() { stat -c '%a %n' "$root$2" | grep "^$1 "; }
installer() { ./install.sh --root "$root" --binary "$binary" "$@"; }

# --- refused ----------------------------------------------------------------------------------------------------------
holds "an unknown option is refused" ends_with 2 "there is no option --speed" ./install.sh --speed
holds "a missing value is refused" ends_with 2 "--listen needs a value" ./install.sh --listen
holds "an address cannot write into the configuration" ends_with 2 "no quotes" installer --listen $'x"\ndata="/'
holds "a binary that is not there is refused" ends_with 1 "is not there" ./install.sh --root "$root" --binary "$folder/none"
holds "a file that is no executable is refused" ends_with 1 "does not run" ./install.sh --root "$root" --binary README.md
if [ "$(id -u)" -eq 0 ]; then
  holds "without root it says so" ends_with 1 "run it with sudo" setpriv --reuid 65534 --regid 65534 --clear-groups bash <install.sh
fi
holds "nothing was installed until now" test ! -e "$root"

# --- install ----------------------------------------------------------------------------------------------------------
holds "it installs" says "Installed: parlour" installer --listen 127.0.0.1:18080 --public-url https://im.example
holds "the executable is the one given" cmp "$binary" "$root/usr/local/bin/parlour"
holds "the executable can be run by all" mode 755 /usr/local/bin/parlour
holds "the data is private" mode 700 /var/lib/parlour
holds "the configuration is private" mode 640 /etc/parlour/parlour.toml
holds "the address is in the configuration" grep -q '^listen = "127.0.0.1:18080"$' "$root/etc/parlour/parlour.toml"
holds "the public address is in the configuration" grep -q '^public-url = "https://im.example"$' "$root/etc/parlour/parlour.toml"

# --- the unit ---------------------------------------------------------------------------------------------------------
unit=$folder/parlour.service
sed "s#^ExecStart=/usr/local/bin/parlour#ExecStart=$binary#" "$root/etc/systemd/system/parlour.service" >"$unit"
verified() { systemd-analyze verify --man=no "$unit" 2>&1 | { ! grep .; }; }
holds "systemd accepts the unit without a word" verified
# systemd's measure: 0 is closed, 100 is open
holds "the unit is hardened" systemd-analyze security --no-pager --offline=yes --threshold=20 "$unit"

# --- it runs ----------------------------------------------------------------------------------------------------------
"$root/usr/local/bin/parlour" serve --config "$root/etc/parlour/parlour.toml" --data "$folder/data" --listen 127.0.0.1:0 \
  >"$folder/stdout" 2>"$folder/stderr" &
server=$!
for _ in $(seq 300); do
  if grep -q '^set up at ' "$folder/stdout" || ! kill -0 "$server" 2>/dev/null; then break; fi
  sleep 0.05
done
holds "it starts with the installed configuration" grep -qE '^parlour listening on http://127\.0\.0\.1:[0-9]+$' "$folder/stdout"
holds "it prints the link to set it up" grep -q '^set up at https://im.example/' "$folder/stdout"
[ -s "$folder/stdout" ] || sed 's/^/  /' "$folder/stderr"

# --- upgrade ----------------------------------------------------------------------------------------------------------
echo '# by hand' >>"$root/etc/parlour/parlour.toml"
echo kept >"$root/var/lib/parlour/file"
holds "again is an upgrade, even while it runs" says "Upgraded: parlour" installer
holds "it says what it does not use" says "Not used: --listen and --public-url" installer --listen 127.0.0.1:1
kill -TERM "$server" 2>/dev/null
wait "$server"
holds "the running server was not disturbed" test $? -eq 0
server=""
holds "the configuration stays as it was edited" grep -q '^# by hand$' "$root/etc/parlour/parlour.toml"
holds "a new address does not overwrite it" grep -q '^listen = "127.0.0.1:18080"$' "$root/etc/parlour/parlour.toml"
holds "no half of a file is left" test ! -e "$root/usr/local/bin/parlour.new"

# --- remove -----------------------------------------------------------------------------------------------------------
holds "it uninstalls" says "Removed. Kept:" ./install.sh --root "$root" --uninstall
holds "the executable is gone" test ! -e "$root/usr/local/bin/parlour"
holds "the unit is gone" test ! -e "$root/etc/systemd/system/parlour.service"
holds "the data is kept" grep -q kept "$root/var/lib/parlour/file"
holds "the configuration is kept" test -s "$root/etc/parlour/parlour.toml"
holds "to uninstall again does no harm" ./install.sh --root "$root" --uninstall
holds "it can be installed again" says "Installed: parlour" installer

verdict=ok
[ "$failed" -eq 0 ] || verdict=FAILED
printf 'test result: %s. %d passed; %d failed\n' "$verdict" "$passed" "$failed"
[ "$failed" -eq 0 ]
