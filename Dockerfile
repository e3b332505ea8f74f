# syntax=docker/dockerfile:1
FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY mockserver mockserver
COPY fixtures fixtures
RUN pip wheel --no-cache-dir --wheel-dir /wheels '.[tls]'

FROM python:3.11-slim
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links=/wheels 'whatsapp-mockserver[tls]'
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin mockserver \
    && install -d -o 10001 -g 10001 /data
# Given by whoever builds the image: --build-arg VERSION=…; one that is not the program's fails.
ARG VERSION=unknown
RUN [ "$VERSION" = unknown ] || [ "$(mockserver --version)" = "mockserver, version $VERSION" ]
LABEL org.opencontainers.image.title="mockserver" \
      org.opencontainers.image.description="A local stand-in for the WhatsApp APIs of D7 Networks, Kaleyra, NXCloud and KirimChat" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION"
USER 10001:10001
WORKDIR /data
ENV MOCKSERVER_HOST=0.0.0.0
# The server writes down where it really listens, and the health check reads it.
ENV MOCKSERVER_URL_FILE=/tmp/mockserver.url
# The user has no home, where the certificate authority would be.
ENV MOCKSERVER_CA_DIR=/data/ca
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=2s CMD ["mockserver", "health"]
ENTRYPOINT ["mockserver"]
CMD ["serve"]
