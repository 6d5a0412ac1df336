#!/bin/sh
# /usr/local/bin/dreambot: a command of python -m bot, as the service's user and with its settings.
#   sudo dreambot doctor
set -eu
exec systemd-run --quiet --collect --pipe --wait --service-type=exec \
    --property=User=dreambot --property=Group=dreambot --property=UMask=0077 \
    --property=EnvironmentFile=/etc/dreambot/environment --setenv=DREAM_HOME=/var/lib/dreambot \
    --property=WorkingDirectory=/var/lib/dreambot \
    /opt/dreambot/.venv/bin/python -P -m bot "$@"
