# Everything that a variable can be, and what comes out of it.

variable "name" {
  type        = string
  description = "What the network is called."
}

variable "listeners" {
  type = list(object({
    port     = number
    protocol = optional(string, "tcp")
    checks = optional(object({
      path     = string
      expected = optional(set(number), [200, 204])
    }))
  }))
}

variable "owner" {
  description = <<-EOT
    Who answers for it. Several lines,
      with an example:
    ```
    owner = { name = "a" }
    ```
  EOT
  type        = object({ name = string, mail = optional(string) })
  nullable    = false
}

variable "zones" {
  type    = set(string)
  default = ["b", "a"]
}

variable "size" {
  type    = number
  default = 3
}

variable "public" {
  type    = bool
  default = false
}

variable "limits" {
  type    = tuple([number, string, list(bool)])
  default = [1, "one", []]
}

variable "routes" {
  type = map(object({
    target  = string
    weights = optional(map(number), {})
    pair    = optional(tuple([string, object({ name = string, mail = optional(string) })]))
  }))
  default = {}
}

variable "anything" {
  default = null
}

variable "password" {
  type      = string
  sensitive = true
  default   = "not shown"
}

variable "token" {
  type      = string
  ephemeral = true
  default   = ""
}

output "name" {
  value       = "${var.name}!"
  description = "The name, louder."
}

output "listeners" {
  value = var.listeners
}

output "all" {
  value = {
    owner    = var.owner
    zones    = var.zones
    size     = var.size
    public   = var.public
    limits   = var.limits
    routes   = var.routes
    anything = var.anything
  }
}

output "password" {
  value     = var.password
  sensitive = true
}

output "has_token" {
  value = ephemeralasnull(var.token) == null
}
