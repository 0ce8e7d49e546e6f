# The registry as a container: `docker build -t spg-registry .`, then run it with a volume on /data
# and SPG_PUBLIC_URL set. Migrates, then serves; docs/operator.md names every setting.

FROM python:3.13-slim AS packages
WORKDIR /build
COPY requirements.lock .
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check \
        --no-deps --require-hashes -r requirements.lock

FROM python:3.13-slim
RUN groupadd --system --gid 10001 spg \
 && useradd --system --uid 10001 --gid spg --home-dir /app --shell /usr/sbin/nologin spg \
 && install -d -o spg -g spg -m 0700 /data
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY alembic.ini ./
COPY migrations migrations
COPY templates templates
COPY spg_registry spg_registry
COPY api api
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PORT=8000 \
    SPG_DATA_DIR=/data \
    SPG_DATABASE_URL=sqlite:////data/registry.db
RUN python -m compileall -q spg_registry api \
 && printf '#!/bin/sh\nexec python -m spg_registry "$@"\n' > /usr/local/bin/spg-registry \
 && chmod 0755 /usr/local/bin/spg-registry
USER spg
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]
CMD ["sh", "-c", "spg-registry setup && exec spg-registry serve --host 0.0.0.0"]
