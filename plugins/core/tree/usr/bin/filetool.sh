#!/bin/sh
# Keeps the files that /opt/.filetool.lst names across boots, in mydata.tgz beside the extensions, as Tiny Core does.
. /etc/init.d/tc-functions
store=$(readlink -f /etc/sysconfig/tcedir)/mydata.tgz
case "$1" in
-b)
    shift
    while read -r path; do
        [ -n "$path" ] && set -- "$@" "${path#/}"
    done < /opt/.filetool.lst
    cd / && tar -czf "$store.part" "$@" && mv "$store.part" "$store" && sync && echo "Kept in $store."
    ;;
-r)
    [ -f "$store" ] || { echo "There is no $store." >&2; exit 1; }
    tar -xzf "$store" -C /
    ;;
*)
    echo "Usage: filetool.sh -b (back up) | -r (restore)" >&2
    exit 1
    ;;
esac
