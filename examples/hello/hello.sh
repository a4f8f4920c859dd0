#!/bin/sh
cat /greeting.txt /etc/motd
