# Two images from one file: `app` runs every process of the portal, `proxy` stands in front of them.
FROM python:3.13-slim AS app

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    BOSHAN_ENV=production \
    BOSHAN_NO_BOOTSTRAP=1 \
    STATIC_ROOT=/srv/static

RUN useradd --system --uid 1001 --no-create-home --shell /usr/sbin/nologin boshan && install --directory --owner=boshan /attachments
WORKDIR /srv/boshan

# The lock alone first: code changes do not install anything again.
COPY requirements-production.txt .
RUN pip install --require-hashes --no-deps --requirement requirements-production.txt

COPY . .
# Any command compiles the language catalogs; key and addresses are never used while building.
RUN SECRET_KEY=$(python -c "print('unused' * 10)") DATABASE_URL=postgres://unused/unused REDIS_URL=redis://unused ALLOWED_HOSTS=unused \
    python manage.py collectstatic --noinput \
    && python -m compileall -q boshan_police dispatch grid patrol

USER boshan
EXPOSE 8000 8001


FROM caddy:2-alpine AS proxy

COPY boshan_police/deploy/Caddyfile /etc/caddy/Caddyfile
# From the same build as the pages that name them.
COPY --from=app /srv/static /srv/static
