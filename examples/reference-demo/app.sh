#!/bin/sh
dig -v
