# What only its tests use is no part of the room.
sed -i '/^\[dev-dependencies/,/^\[[^d]/{/^\[[^d]/!d}' Cargo.toml
cargo build --release --jobs "$JOBS" --bin sudo
install -D target/release/sudo "$OUT/usr/lib/cargo/bin/sudo"
