#!/bin/sh
# What a machine of the pool runs. Say here how it comes to darkpair: an environment on a shared file system
# (. /cvmfs/.../bin/activate), a container image in the submit files (container_image = ...), or a file that is sent.
exec darkpair "$@"
