# Makes the configuration: what is asked for, and of everything else as little as possible.
make KCONFIG_ALLCONFIG="$FILES/wanted.config" allnoconfig
cp .config "$OUT/config"
# What an option depends on, to say why one was lost.
find . -name 'Kconfig*' | sort |
    xargs grep -hE '^[[:space:]]*(menu)?config |^[[:space:]]*depends on ' > "$OUT/kconfig"
