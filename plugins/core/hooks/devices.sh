# Loads a module for each device that is there, in the background: nothing before the prompt depends on one.
(
    # It listens first: behind a controller there are disks, which show up while modules are being loaded.
    mdev -d
    cat /sys/bus/*/devices/*/modalias 2>/dev/null | sort -u | xargs -r modprobe -qab
    [ -d /sys/class/input ] && modprobe -qab evdev
    : > /run/coldplugged
) > /dev/null 2>&1 &
