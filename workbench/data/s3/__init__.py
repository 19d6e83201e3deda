"""Object storage: any server that speaks S3, spoken to politely and in parallel."""
