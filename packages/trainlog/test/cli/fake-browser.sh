#!/bin/sh
# Stands in for a browser: notes how many arguments it got, and the first.
printf '%s %s\n' "$#" "$1" > "$OPENED.part"
mv "$OPENED.part" "$OPENED"
