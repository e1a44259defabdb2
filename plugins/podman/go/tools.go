//go:build tools

package main

import (
	_ "github.com/containers/buildah/cmd/buildah"
	_ "github.com/containers/podman/v5/cmd/podman"
	_ "github.com/containers/skopeo/cmd/skopeo"
)
