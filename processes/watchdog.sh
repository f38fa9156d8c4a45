#!/bin/sh
# Ends the children of a supervisor that is gone, for whatever reason. The supervisor holds the other end of standard input
# and writes "guard PID SIGNAL" and "release PID". The end of the input means that it is dead. Each PID leads a process group.
trap '' HUP INT TERM
guarded=
while read -r verb pid signal; do
  rest=
  for entry in $guarded; do
    [ "${entry%%:*}" = "$pid" ] || rest="$rest $entry"
  done
  guarded=$rest
  [ "$verb" = guard ] && guarded="$guarded $pid:$signal"
done

for entry in $guarded; do
  kill -s "${entry#*:}" -- "-${entry%%:*}" 2>/dev/null
done
# Postgres ends its own backends when it is asked to quit. A process that has not ended within 5 s is killed.
rounds=0
while [ "$rounds" -lt 50 ]; do
  alive=
  for entry in $guarded; do
    kill -s 0 -- "-${entry%%:*}" 2>/dev/null && alive="$alive $entry"
  done
  [ -z "$alive" ] && exit 0
  sleep 0.1
  rounds=$((rounds + 1))
done
for entry in $alive; do
  kill -s KILL -- "-${entry%%:*}" 2>/dev/null
done
