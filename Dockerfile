# darkpair in an image, which works in /work:
#   docker build -t darkpair --build-arg VERSION="$(python -m setuptools_scm)" .
#   docker run --rm -v "$PWD:/work" --user "$(id -u):$(id -g)" darkpair run job.toml
FROM python:3.13-slim AS build

# the folder that is copied here has no .git, which would say the version
ARG VERSION=0.1.0
WORKDIR /source
COPY . .
RUN python -m venv /opt/darkpair \
 && SETUPTOOLS_SCM_PRETEND_VERSION_FOR_DARKPAIR="${VERSION}" /opt/darkpair/bin/pip install --no-cache-dir '.[all,parquet]'

FROM python:3.13-slim

COPY --from=build /opt/darkpair /opt/darkpair
ENV PATH=/opt/darkpair/bin:$PATH \
    XDG_CACHE_HOME=/tmp/cache \
    MPLCONFIGDIR=/tmp/matplotlib
WORKDIR /work
USER 65534:65534
ENTRYPOINT ["darkpair"]
CMD ["--help"]
