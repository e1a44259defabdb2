#!/bin/sh
# Runs at every boot, beside everything else: put your own commands here.
