# The bot as a container: `docker build -t finops-bot .`, then see compose.yaml.
# The first stage installs the locked versions and learns the knowledge; the second has neither pip nor build tools.

FROM python:3.11-slim AS build

WORKDIR /src
RUN python -m venv --without-pip /opt/finops-bot
COPY requirements/run.txt requirements/
RUN python -m pip --python /opt/finops-bot/bin/python install \
    --no-cache-dir --disable-pip-version-check --require-hashes --requirement requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY config config
RUN python -m pip --python /opt/finops-bot/bin/python install \
    --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation .
# The libraries' own tests are an eighth of them all.
RUN find /opt/finops-bot -type d -name tests -prune -exec rm -rf {} +
# What is learnt from config/ lies in var/cache; without it every start would take some seconds more.
WORKDIR /srv/finops-bot
RUN /opt/finops-bot/bin/finops-bot route </dev/null


FROM python:3.11-slim

RUN useradd --uid 10001 --no-create-home --home-dir /srv/finops-bot --shell /usr/sbin/nologin finops-bot
COPY --from=build /opt/finops-bot /opt/finops-bot
COPY --from=build --chown=10001:10001 /srv/finops-bot /srv/finops-bot
# Only this user may write to var/, where SQLite's file lies if no DATABASE_URL is set.
USER 10001:10001
WORKDIR /srv/finops-bot
ENV PATH=/opt/finops-bot/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    HOST=0.0.0.0 \
    PORT=3000 \
    LOG_FORMAT=json
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=4); c.request('GET', '/health'); sys.exit(c.getresponse().status != 200)"]
CMD ["finops-bot", "run"]
