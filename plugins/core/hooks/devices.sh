# Loads a module for each device that is there, in the background: nothing before the prompt depends on one.
(
    find /sys/devices -name modalias -exec cat {} + 2>/dev/null | sort -u | xargs -r modprobe -qab
    [ -d /sys/class/input ] && modprobe -qab evdev
    : > /run/coldplugged
    # From now on a device that is plugged in later gets its module by mdev.
    exec mdev -d
) > /dev/null 2>&1 &
