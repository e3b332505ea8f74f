# syntax=docker/dockerfile:1
FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY mockserver mockserver
COPY fixtures fixtures
RUN pip wheel --no-cache-dir --wheel-dir /wheels .

FROM python:3.11-slim
LABEL org.opencontainers.image.title="mockserver" \
      org.opencontainers.image.description="A local stand-in for the WhatsApp APIs of D7 Networks, Kaleyra, NXCloud and KirimChat" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="0.1.0"
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links=/wheels whatsapp-mockserver
RUN useradd --system --no-create-home mockserver && install -d -o mockserver /data
USER mockserver
WORKDIR /data
ENV MOCKSERVER_HOST=0.0.0.0
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=2s CMD ["mockserver", "health"]
CMD ["mockserver", "serve"]
