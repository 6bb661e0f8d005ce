#!/usr/bin/env bash
# The story that `make demo` tells: two sales on a durable ledger in a temporary folder, and a crash in the middle of a thousand payments.
set -euo pipefail
cd "$(dirname "$0")/.."
program="$PWD/.build-release/release/earnest"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export EARNEST_LEDGER="$folder/ledger"

chapter() { printf '\n\033[1m%s\033[0m\n' "$1"; }
tell() { printf '%s\n' "$@"; }
earnest() {
  printf '\n$ earnest'
  for word in "$@"; do case $word in *' '*) printf ' "%s"' "$word" ;; *) printf ' %s' "$word" ;; esac; done
  printf '\n'
  "$program" "$@"
}

chapter "A ledger, and a contract"
tell "A ledger is a folder. This one has play money and a clock that we move by hand."
earnest ledger init
tell "" "The contract is compiled, and the ledger proves once more, on the bytecode, that no money can be lost or stuck in it."
earnest publish contracts/purchase.ern --as alice --yes

chapter "A sale that goes well"
tell "Alice buys from Bob for 100.00 CNY. Dave carries, Carol would settle a dispute. All four sign."
earnest open Purchase buyer=alice seller=bob carrier=dave arbiter=carol "price=100.00 CNY" --as alice --with bob,carol,dave --yes
tell "" "Alice pays. Her money does not go to Bob: it waits in the agreement's own vault."
earnest act 1 pay --as alice --yes
earnest act 1 ship waybill=SF1029384756 --as bob --yes
earnest act 1 deliver --as dave --yes
tell "" "The goods are fine. Alice accepts, and the money moves."
earnest act 1 accept --as alice --yes

chapter "A sale where the seller never ships"
earnest open Purchase buyer=alice seller=bob carrier=dave arbiter=carol "price=100.00 CNY" --as alice --with bob,carol,dave --yes
earnest act 2 pay --as alice --yes
tell "" "Bob does nothing. Nobody does anything. Eight days pass, and the ledger itself gives Alice her money back, at the very moment that was agreed."
earnest advance 8 days
tell "" "The same receipt for whoever reads Chinese:"
earnest show block "$("$program" ledger info --json | sed 's/.*"height":\([0-9]*\).*/\1/')" --lang zh
tell "" "And Bob is too late:"
earnest act 2 ship waybill=SF1029384757 --as bob --yes || true

chapter "A crash"
tell "Alice pays a thousand wages of 1.00 CNY to Carol, ten in a block. In the middle of it the process is killed."
for number in $(seq -w 1 1000); do echo "wage-$number,alice,carol,1.00 CNY"; done > "$folder/wages.csv"
printf '\n$ earnest transfer --file wages.csv --block 10 --yes\n'
"$program" transfer --file "$folder/wages.csv" --block 10 --yes > "$folder/paid" &
process=$!
until [ "$(grep -c ^wage "$folder/paid")" -ge 300 ]; do kill -0 $process 2> /dev/null || break; done
{ kill -9 $process && wait $process; } 2> /dev/null || true
tail -1 "$folder/paid"
tell "Killed, after $(grep -c ^wage "$folder/paid") payments were reported."
tell "" "The same file again. What was paid is not paid twice:"
printf '\n$ earnest transfer --file wages.csv --block 10 --yes\n'
"$program" transfer --file "$folder/wages.csv" --block 10 --yes | tail -1

chapter "What is left, and how we know"
earnest ledger info
tell "" "Every block is executed again from the beginning, and comes out the same. Then every signature is verified, and all money added up:"
earnest replay
earnest audit
tell ""
