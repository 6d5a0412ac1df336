#!/bin/sh
# /usr/local/bin/dreambot: a command of python -m bot, as the service's user and with its settings.
#   sudo dreambot doctor
set -eu
if [ "${1-}" = --inside ]; then
    shift
    if [ -n "${CREDENTIALS_DIRECTORY-}" ]; then # as dreambot-machines.conf has it
        export DREAM_SCHEDULER=tls://127.0.0.1:8786
        export DREAM_SCHEDULER_CA="$CREDENTIALS_DIRECTORY/ca.pem"
        export DREAM_SCHEDULER_CERT="$CREDENTIALS_DIRECTORY/certificate.pem"
        export DREAM_SCHEDULER_KEY="$CREDENTIALS_DIRECTORY/key.pem"
    fi
    exec /opt/dreambot/.venv/bin/python -P -m bot "$@"
fi
certificates=
if [ -e /etc/systemd/system/dreambot.service.d/machines.conf ]; then
    for file in ca.pem certificate.pem key.pem; do
        certificates="$certificates --property=LoadCredential=$file:/etc/dreambot/certificates/bot/$file"
    done
fi
# shellcheck disable=SC2086  # several words are meant
exec systemd-run --quiet --collect --pipe --wait --service-type=exec \
    --property=User=dreambot --property=Group=dreambot --property=UMask=0077 \
    --property=EnvironmentFile=/etc/dreambot/environment --setenv=DREAM_HOME=/var/lib/dreambot \
    --property=WorkingDirectory=/var/lib/dreambot $certificates \
    "$0" --inside "$@"
