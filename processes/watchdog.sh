#!/bin/sh
# Ends the children of a process that is gone, for whatever reason. That process holds the other end of standard input and
# writes "guard PID SIGNAL", "release PID" and "mark TEXT". The end of the input means that it is dead. Each PID leads a process
# group. A process that has TEXT in its environment is ended wherever it is (on Linux, which tells the environment).
trap '' HUP INT TERM
guarded=
marks=
while read -r verb pid signal; do
  if [ "$verb" = mark ]; then
    marks="$marks $pid"
    continue
  fi
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
for mark in $marks; do
  for file in $(grep -lsF -- "$mark" /proc/[0-9]*/environ); do
    pid=${file#/proc/}
    kill -s KILL "${pid%/environ}" 2>/dev/null
  done
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
