output "type" { value = var.type }
output "self" { value = var.self }
output "loop" {
  value = [var.new, var.with_provider, var.a-b, var.a_b, var.größe, var.option, var.string]
}

resource "terraform_data" "inner" {
  provider = other.east
  input    = var.type
}

output "inner" { value = terraform_data.inner.output }
