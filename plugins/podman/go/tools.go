//go:build tools

package main

import (
	// What the tests of these need.
	_ "github.com/stretchr/testify/require"

	_ "github.com/containers/buildah/cmd/buildah"
	_ "github.com/containers/podman/v5/cmd/podman"
	_ "github.com/containers/skopeo/cmd/skopeo"
)
