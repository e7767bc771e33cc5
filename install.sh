#!/usr/bin/env bash
# Installs Parlour, upgrades it, or removes it. Run it again at any time: configuration and data stay as they are.
set -euo pipefail
umask 022

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
prefix=/usr/local root="" binary="" listen=127.0.0.1:8080 public_url="" chosen="" start=yes action=install

usage() {
  cat <<'TEXT'
Usage: sudo ./install.sh [options]          install, or upgrade what is installed
       sudo ./install.sh --uninstall        remove it; configuration and data stay

  --listen ADDR:PORT   where it listens (127.0.0.1:8080); written into a new configuration only
  --public-url URL     how browsers reach it (http:// and the address above); likewise
  --binary FILE        install this executable; else `parlour` beside this script; else one is built with cargo
  --prefix DIR         the executable goes to DIR/bin (/usr/local)
  --no-start           do not start or restart the service
  --root DIR           put every file below DIR and touch nothing else: no user, no service (for packages and tests)
  --help               this text
TEXT
}

say() { printf '%s\n' "$*"; }
fail() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }
wrong() { printf 'install.sh: %s (see --help)\n' "$*" >&2; exit 2; }

while [ $# -gt 0 ]; do
  case $1 in
    --listen | --public-url | --binary | --prefix | --root) [ -n "${2:-}" ] || wrong "$1 needs a value" ;;
  esac
  case $1 in
    --listen) listen=$2 chosen=yes && shift ;;
    --public-url) public_url=$2 chosen=yes && shift ;;
    --binary) binary=$2 && shift ;;
    --prefix) prefix=$2 && shift ;;
    --root) root=${2%/} && shift ;;
    --no-start) start=no ;;
    --uninstall) action=uninstall ;;
    --help | -h) usage && exit 0 ;;
    *) wrong "there is no option $1" ;;
  esac
  shift
done
case $listen$public_url$prefix in *[\"\\]* | *$'\n'*) wrong "an address or a path has no quotes, backslashes or line breaks" ;; esac
case $prefix in /*) ;; *) wrong "--prefix is a path from the root" ;; esac

program=$prefix/bin/parlour
config=/etc/parlour/parlour.toml
data=/var/lib/parlour
unit=/etc/systemd/system/parlour.service

[ -n "$root" ] || [ "$(id -u)" -eq 0 ] || fail "needs root to make a user and a service: run it with sudo"
has_systemd() { [ -z "$root" ] && [ -d /run/systemd/system ]; }

# --- remove -----------------------------------------------------------------------------------------------------------

uninstall() {
  if has_systemd && systemctl cat parlour.service >/dev/null 2>&1; then
    systemctl disable --now parlour.service
  fi
  rm -f "$root$program" "$root$unit"
  if has_systemd; then systemctl daemon-reload; fi
  say "Removed. Kept: $config (configuration), $data (data), the user parlour."
  say "To remove these too: rm -r /etc/parlour $data && userdel parlour"
}

# --- install ----------------------------------------------------------------------------------------------------------

build() { # as whoever called sudo, so that nothing in the source folder becomes root's
  local as=()
  if [ "$(id -u)" -eq 0 ] && [ -n "${SUDO_USER:-}" ] && [ "$SUDO_USER" != root ]; then as=(sudo -u "$SUDO_USER" -H); fi
  # shellcheck disable=SC2016 # expanded by the inner shell, with its own HOME
  "${as[@]}" bash -c 'PATH=$PATH:$HOME/.cargo/bin
    command -v cargo >/dev/null || { echo "install.sh: no executable beside this script and no cargo to build one: install Rust from https://rustup.rs, or use --binary" >&2; exit 1; }
    cd "$1" && cargo build --release --locked' build "$here"
}

find_binary() {
  if [ -z "$binary" ] && [ -f "$here/parlour" ]; then binary=$here/parlour; fi
  if [ -z "$binary" ]; then
    [ -f "$here/Cargo.toml" ] || fail "there is no executable beside this script: name one with --binary"
    say "Building (some minutes)…"
    build
    binary=${CARGO_TARGET_DIR:-$here/target}/release/parlour
  fi
  [ -f "$binary" ] || fail "$binary is not there"
  "$binary" --version >/dev/null 2>&1 || fail "$binary does not run on this machine"
}

make_user() {
  [ -z "$root" ] || return 0
  id parlour >/dev/null 2>&1 ||
    useradd --system --user-group --home-dir "$data" --no-create-home --shell /usr/sbin/nologin parlour
}

owned() { # MODE OWNER FILE…: sets the mode, and the owner where there is such a user to own it
  local mode=$1 owner=$2 && shift 2
  chmod "$mode" "$@"
  if [ -z "$root" ]; then chown "$owner" "$@"; fi
}

write_config() {
  mkdir -p "$root/etc/parlour"
  owned 0750 root:parlour "$root/etc/parlour"
  [ ! -e "$root$config" ] || return 0
  cat >"$root$config" <<TEXT
# Parlour's configuration. Each line is also an option of \`parlour serve\` and an environment variable; both win over
# this file. After a change: systemctl restart parlour

# Where everything is kept.
data = "$data"

# Where it listens. For anything but this machine, put a proxy with TLS before it.
listen = "$listen"

# How browsers reach it. Links, cookies and the check of origins depend on it.
public-url = "${public_url:-http://$listen}"
TEXT
  owned 0640 root:parlour "$root$config"
}

write_unit() {
  mkdir -p "$root${unit%/*}"
  cat >"$root$unit" <<TEXT
# Written by install.sh at each upgrade; changes belong into \`systemctl edit parlour\`.
[Unit]
Description=Parlour, instant messaging for a web application
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=60
StartLimitBurst=5

[Service]
ExecStart=$program serve --config $config
User=parlour
Group=parlour
Restart=on-failure
RestartSec=1
TimeoutStopSec=20
LimitNOFILE=65536
UMask=0077

ProtectSystem=strict
ReadWritePaths=$data
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
DevicePolicy=closed
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProcSubset=pid
LockPersonality=yes
MemoryDenyWriteExecute=yes
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
TEXT
  owned 0644 root:root "$root$unit"
}

install_program() { # beside its place and then onto it, so that a running one is never half written
  mkdir -p "$root$prefix/bin"
  install -m 0755 "$binary" "$root$program.new"
  mv -f "$root$program.new" "$root$program"
}

# Starts the service, waits until it can write, and prints the link for the first administrator while there is none.
start_service() {
  local since link
  since=$(date '+%Y-%m-%d %H:%M:%S')
  systemctl daemon-reload
  systemctl enable --quiet parlour.service
  systemctl restart parlour.service
  for _ in $(seq 100); do
    if "$program" healthcheck --config "$config" >/dev/null 2>&1; then
      say "Parlour runs."
      link=$(journalctl --unit parlour.service --since "$since" --output cat | sed -n 's/^set up at //p' | tail -n 1)
      [ -z "$link" ] || say "Set it up at $link"
      return 0
    fi
    sleep 0.2
  done
  journalctl --unit parlour.service --since "$since" --no-pager --lines 20 >&2
  fail "it does not start; its last lines stand above"
}

tell_how() { # WORD: Start, or Restart
  say "$1 it with:"
  say "  sudo -u parlour $program serve --config $config"
  say "Its first lines are its address and the one-time link for the first administrator."
}

install_all() {
  local was="" how=Start
  [ ! -x "$root$program" ] || was=$("$root$program" --version 2>/dev/null || true)
  if [ -e "$root$config" ] && [ -n "$chosen" ]; then
    say "Not used: --listen and --public-url, because $config is there already; change it there."
  fi
  find_binary
  make_user
  mkdir -p "$root$data"
  owned 0700 parlour:parlour "$root$data"
  write_config
  write_unit
  install_program
  if [ -n "$was" ]; then how=Restart && say "Upgraded: $was, now $("$root$program" --version)."; else say "Installed: $("$root$program" --version)."; fi
  say "Configuration: $config. Data: $data."
  [ -z "$root" ] || return 0
  if has_systemd && [ "$start" = yes ]; then start_service; else tell_how "$how"; fi
}

if [ "$action" = uninstall ]; then uninstall; else install_all; fi
