# Says so on the console if a bootcode looks like a slip of the pen: one letter too many, too few, or wrong.
tr ' ' '\n' < /proc/cmdline | sed 's/=.*//; /[.]/d; /^$/d; /^BOOT_IMAGE$/d; /^initrd$/d' | awk -F'\t' '
    function distance(a, b,    i, j, row, last, next_, cost) {
        for (j = 0; j <= length(b); j++) row[j] = j
        for (i = 1; i <= length(a); i++) {
            last = row[0]; row[0] = i
            for (j = 1; j <= length(b); j++) {
                cost = last + (substr(a, i, 1) != substr(b, j, 1))
                last = row[j]
                if (row[j] + 1 < cost) cost = row[j] + 1
                if (row[j - 1] + 1 < cost) cost = row[j - 1] + 1
                row[j] = cost
            }
        }
        return row[length(b)]
    }
    FNR == NR { known[$1] = 1; next }
    !($1 in known) && length($1) > 3 {
        for (name in known)
            if (length(name) > 3 && distance($1, name) <= (length(name) > 5 ? 2 : 1))
                printf "There is no bootcode \"%s\". Did you mean \"%s\"?\r\n", $1, name
    }' /etc/boot2podman/bootcodes - > /run/bootcodes
[ -s /run/bootcodes ] && for tty in $(cat /sys/class/tty/console/active); do cat /run/bootcodes > "/dev/$tty"; done
exit 0
